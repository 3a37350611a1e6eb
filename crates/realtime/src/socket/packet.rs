//! Socket.IO packets, protocol 5: `<type>[<attachments>-][<namespace>,][<ack id>][<JSON>]`.

use bytes::Bytes;
use engineioxide::Str;
use serde::Serialize;
use serde_json::Value;

use crate::model::Namespace;

/// A packet of a client, with its JSON not read yet.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Packet<'a> {
    /// Wants to join a namespace.
    Connect { namespace: &'a str, auth: &'a str },
    /// Leaves a namespace.
    Disconnect { namespace: &'a str },
    /// An event: a JSON array of its name and its arguments.
    Event(Incoming<'a>),
    /// An event with binary attachments, which no event of ours has.
    BinaryEvent(Incoming<'a>),
    /// An answer, which we never ask for.
    Ack,
}

/// A packet on its way to clients, encoded once for however many of them.
#[derive(Clone, Debug)]
pub(crate) struct Outgoing(Str);

impl Outgoing {
    /// An Engine.IO packet; those of Socket.IO begin with the `4` that says "message".
    pub(super) fn new(text: String) -> Self {
        Self(text.into())
    }

    /// The Socket.IO packet alone.
    pub(super) fn to_text(&self) -> Str {
        self.0.slice(1..)
    }

    /// All of it.
    pub(super) fn into_bytes(self) -> Bytes {
        self.0.into()
    }
}

/// An event of a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Incoming<'a> {
    pub(crate) namespace: &'a str,
    pub(crate) ack: Option<u64>,
    pub(crate) json: &'a str,
}

/// Reads a packet; `None` where it is none.
pub(crate) fn parse(text: &str) -> Option<Packet<'_>> {
    let kind = text.chars().next().filter(char::is_ascii_digit)?;
    let mut rest = &text[1..];
    let is_binary = matches!(kind, '5' | '6');
    if is_binary {
        let (count, behind) = rest.split_once('-')?;
        count.parse::<u32>().ok()?;
        rest = behind;
    }
    let mut namespace = "/";
    if rest.starts_with('/') {
        (namespace, rest) = rest.split_once(',').unwrap_or((rest, ""));
        namespace = namespace
            .split_once('?')
            .map_or(namespace, |(path, _)| path);
    }
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let (ack, json) = rest.split_at(digits);
    let ack = if ack.is_empty() {
        None
    } else {
        Some(ack.parse().ok()?)
    };
    let incoming = Incoming {
        namespace,
        ack,
        json,
    };
    match kind {
        '0' => Some(Packet::Connect {
            namespace,
            auth: rest,
        }),
        '1' => Some(Packet::Disconnect { namespace }),
        '2' => json.starts_with('[').then_some(Packet::Event(incoming)),
        '5' => json
            .starts_with('[')
            .then_some(Packet::BinaryEvent(incoming)),
        '3' | '6' => Some(Packet::Ack),
        _ => None,
    }
}

/// What stands between the type and the rest.
fn place(namespace: Namespace) -> String {
    place_of(namespace.as_str())
}

fn place_of(path: &str) -> String {
    match path {
        "/" => String::new(),
        path => format!("{path},"),
    }
}

/// Welcomes a client.
pub(crate) fn connected(namespace: Namespace, id: &str) -> Outgoing {
    Outgoing::new(format!("40{}{{\"sid\":{}}}", place(namespace), json(id)))
}

/// Refuses a client, who reads `message` and `data` of the error.
pub(crate) fn refused(path: &str, message: &str, data: &Value) -> Outgoing {
    let body = serde_json::json!({"message": message, "data": data});
    Outgoing::new(format!("44{}{body}", place_of(path)))
}

/// Ends a client's stay.
pub(crate) fn disconnected(namespace: Namespace) -> Outgoing {
    Outgoing::new(format!("41{}", place(namespace)))
}

/// An event whose payload is JSON already.
pub(crate) fn event(namespace: Namespace, name: &str, payload: &str) -> Outgoing {
    Outgoing::new(format!("42{}[{},{payload}]", place(namespace), json(name)))
}

/// The answer to the event with the id `ack`.
pub(crate) fn answer(namespace: Namespace, ack: u64, payload: &Value) -> Outgoing {
    Outgoing::new(format!("43{}{ack}[{payload}]", place(namespace)))
}

fn json(value: &(impl Serialize + ?Sized)) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn incoming<'a>(namespace: &'a str, ack: Option<u64>, json: &'a str) -> Incoming<'a> {
        Incoming {
            namespace,
            ack,
            json,
        }
    }

    #[test]
    fn what_the_npm_client_sends_is_read() {
        let connect = |namespace, auth| Some(Packet::Connect { namespace, auth });
        assert_eq!(parse("0"), connect("/", ""));
        assert_eq!(parse("0{\"a\":1}"), connect("/", "{\"a\":1}"));
        assert_eq!(parse("0/admin,{}"), connect("/admin", "{}"));
        assert_eq!(parse("0/admin?x=1,{}"), connect("/admin", "{}"));
        let namespace = "/partner";
        assert_eq!(parse("1/partner,"), Some(Packet::Disconnect { namespace }));
        let event = |namespace, ack, json| Some(Packet::Event(incoming(namespace, ack, json)));
        assert_eq!(parse("2[\"a\"]"), event("/", None, "[\"a\"]"));
        assert_eq!(parse("212[\"a\"]"), event("/", Some(12), "[\"a\"]"));
        let text = "2/partner,7[\"a\",1]";
        assert_eq!(parse(text), event("/partner", Some(7), "[\"a\",1]"));
        let text = "51-/partner,7[\"a\",1]";
        let binary = Packet::BinaryEvent(incoming("/partner", Some(7), "[\"a\",1]"));
        assert_eq!(parse(text), Some(binary));
    }

    #[test]
    fn what_is_no_packet_is_none() {
        for text in [
            "",
            "x",
            "9",
            "2",
            "2{}",
            "5[\"a\"]",
            "é",
            "2/a,99999999999999999999999[]",
        ] {
            assert_eq!(parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn packets_are_written_as_the_protocol_wants() {
        let text = refused(
            "/partner",
            "Invalid token",
            &json!({"code": "unauthenticated"}),
        );
        assert_eq!(
            text.to_text().as_str(),
            r#"4/partner,{"data":{"code":"unauthenticated"},"message":"Invalid token"}"#
        );
        assert_eq!(
            connected(Namespace::Stock, "x").to_text().as_str(),
            r#"0{"sid":"x"}"#
        );
        assert_eq!(
            disconnected(Namespace::Admin).to_text().as_str(),
            "1/admin,"
        );
        let text = event(Namespace::Customer, "a:b", "{}");
        assert_eq!(text.to_text().as_str(), r#"2/customer,["a:b",{}]"#);
        let text = answer(Namespace::Stock, 3, &json!({"ok": true}));
        assert_eq!(text.to_text().as_str(), r#"33[{"ok":true}]"#);
    }

    proptest! {
        #[test]
        fn no_text_breaks_the_parser(text in any::<String>()) {
            let _ = parse(&text);
        }
    }
}
