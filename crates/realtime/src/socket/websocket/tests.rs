mod call;

use std::sync::atomic::Ordering;

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _, duplex},
    sync::mpsc,
};

use self::call::{Call, Ears, ROOM, TASKS, fragment};
use super::*;
use crate::socket::wire::{QUEUE, Sent};

#[tokio::test]
async fn the_first_packet_says_what_the_client_must_know() {
    let call = Call::begin().await;
    assert_eq!(
        call.open,
        json!({"sid": call.connection.id.as_str(), "upgrades": [], "pingInterval": 25_000, "pingTimeout": 20_000,
            "maxPayload": 1_000_000})
    );
}

#[tokio::test]
async fn packets_are_heard_whole_and_in_order() {
    let mut call = Call::begin().await;
    call.says("40/customer,{}").await;
    for one in [
        fragment("42/cus", Data::Text, false),
        Message::Ping(vec![7].into()),
        fragment("tomer,[\"ä", Data::Continue, false),
        fragment("\"]", Data::Continue, true),
    ] {
        call.client.send(one).await.unwrap();
    }
    call.says("41/customer,").await;
    for packet in ["0/customer,{}", "2/customer,[\"ä\"]", "1/customer,"] {
        assert_eq!(call.heard.recv().await.unwrap(), packet);
    }
    let pong = call.client.next().await.unwrap().unwrap();
    assert_eq!(pong, Message::Pong(vec![7].into()));
}

#[tokio::test]
async fn binary_frames_are_passed_over() {
    let mut call = Call::begin().await;
    let attachment = Message::binary(vec![1, 2, 3]);
    call.client.send(attachment).await.unwrap();
    call.says("42[\"next\"]").await;
    assert_eq!(call.heard.recv().await.unwrap(), "2[\"next\"]");
}

#[tokio::test]
async fn a_packet_may_be_as_long_as_was_said_and_no_longer() {
    let mut call = Call::begin().await;
    let longest = "4".repeat(MAX_PAYLOAD);
    call.says(&longest).await;
    assert_eq!(call.heard.recv().await.unwrap().len(), MAX_PAYLOAD - 1);
    drop(call.client.send(Message::text(longest + "4")).await);
    call.is_closed(CloseCode::Size, DisconnectReason::TransportError)
        .await;
}

#[tokio::test]
async fn many_fragments_make_no_longer_packet() {
    let mut call = Call::begin().await;
    let half = "4".repeat(MAX_PAYLOAD / 2);
    for (opcode, text) in [
        (Data::Text, &*half),
        (Data::Continue, &*half),
        (Data::Continue, "4"),
    ] {
        let one = fragment(text, opcode, false);
        call.client.send(one).await.unwrap();
    }
    call.is_closed(CloseCode::Size, DisconnectReason::TransportError)
        .await;
    assert!(call.heard.try_recv().is_err());
}

#[tokio::test]
async fn what_breaks_the_protocol_ends_the_connection() {
    let nonsense: [(&[u8], CloseCode); 4] = [
        // Not masked.
        (&[0x81, 0x01, b'3'], CloseCode::Protocol),
        // Continues nothing.
        (&[0x80, 0x81, 0, 0, 0, 0, b'x'], CloseCode::Protocol),
        // An extension that nobody asked for.
        (&[0xC1, 0x81, 0, 0, 0, 0, b'x'], CloseCode::Protocol),
        // Not UTF-8.
        (&[0x81, 0x82, 0, 0, 0, 0, b'4', 0xFF], CloseCode::Invalid),
    ];
    for (bytes, code) in nonsense {
        let mut call = Call::begin().await;
        call.client.get_mut().write_all(bytes).await.unwrap();
        call.is_closed(code, DisconnectReason::TransportError).await;
        call.served.await.unwrap();
    }
}

#[tokio::test]
async fn what_is_no_packet_ends_the_connection() {
    for text in ["", "x", "2probe", "5", "6", "b4AAA="] {
        let mut call = Call::begin().await;
        call.says(text).await;
        let reason = call.ended.recv().await;
        assert_eq!(reason, Some(DisconnectReason::PacketParsingError), "{text}");
    }
}

#[tokio::test(start_paused = true)]
async fn who_answers_no_ping_is_cut_off_in_time() {
    let began = Instant::now();
    let mut call = Call::begin().await;
    assert_eq!(call.reads().await, "2");
    assert_eq!(began.elapsed().as_secs(), 25);
    let reason = call.ended.recv().await;
    assert_eq!(reason, Some(DisconnectReason::HeartbeatTimeout));
    assert_eq!(began.elapsed().as_secs(), 45);
    call.served.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn who_answers_every_ping_stays() {
    let began = Instant::now();
    let mut call = Call::begin().await;
    for _ in 0..20 {
        assert_eq!(call.reads().await, "2");
        call.says("3").await;
    }
    assert_eq!(began.elapsed().as_secs(), 500);
    assert!(call.ended.try_recv().is_err());
    call.connection.control(&Outgoing::new("42[]".to_owned()));
    assert_eq!(call.reads().await, "42[]");
}

#[tokio::test(start_paused = true)]
async fn who_takes_nothing_is_cut_off_by_the_heartbeat_too() {
    let mut call = Call::over(512).await;
    let packet = Outgoing::new("4".repeat(400));
    while call.connection.control(&packet) == Sent::Queued {}
    let began = Instant::now();
    let reason = call.ended.recv().await;
    assert_eq!(reason, Some(DisconnectReason::HeartbeatTimeout));
    assert_eq!(began.elapsed().as_secs(), 45);
    assert_eq!(call.connection.control(&packet), Sent::Gone);
}

#[tokio::test]
async fn whoever_says_goodbye_is_answered() {
    let mut call = Call::begin().await;
    let frame = CloseFrame {
        code: CloseCode::Normal,
        reason: "".into(),
    };
    call.client.close(Some(frame)).await.unwrap();
    call.is_closed(CloseCode::Normal, DisconnectReason::TransportClose)
        .await;
    assert!(call.client.next().await.is_none());
    call.served.await.unwrap();
}

#[tokio::test]
async fn whoever_goes_without_a_word_is_gone() {
    let mut call = Call::begin().await;
    drop(call.client);
    let reason = call.ended.recv().await;
    assert_eq!(reason, Some(DisconnectReason::TransportError));
    call.served.await.unwrap();
    let packet = Outgoing::new("42[]".to_owned());
    assert_eq!(call.connection.control(&packet), Sent::Gone);
}

#[tokio::test]
async fn the_end_of_engine_io_ends_the_websocket() {
    let mut call = Call::begin().await;
    call.says("1").await;
    let reason = call.ended.recv().await;
    assert_eq!(reason, Some(DisconnectReason::TransportClose));
    assert_eq!(call.reads().await, "1");
    let close = call.client.next().await.unwrap().unwrap();
    assert_eq!(close, Message::Close(None));
}

#[tokio::test]
async fn what_waits_comes_before_the_goodbye() {
    let mut call = Call::begin().await;
    for packet in ["42[1]", "42[2]"] {
        call.connection.control(&Outgoing::new(packet.to_owned()));
    }
    call.connection.end(DisconnectReason::ClosingServer);
    for packet in ["42[1]", "42[2]", "1"] {
        assert_eq!(call.reads().await, packet);
    }
    let close = call.client.next().await.unwrap().unwrap();
    assert_eq!(close, Message::Close(None));
    assert!(call.client.next().await.is_none());
    call.served.await.unwrap();
    let reason = call.ended.recv().await;
    assert_eq!(reason, Some(DisconnectReason::ClosingServer));
}

#[tokio::test(start_paused = true)]
async fn whoever_answers_no_goodbye_is_left_after_a_minute() {
    let call = Call::begin().await;
    call.connection.end(DisconnectReason::ClosingServer);
    let began = Instant::now();
    call.served.await.unwrap();
    assert_eq!(began.elapsed().as_secs(), 60);
}

#[tokio::test]
async fn one_flush_carries_all_that_waits() {
    let mut call = Call::begin().await;
    let before = call.writes.load(Ordering::Relaxed);
    let packets: Vec<_> = (0..20).map(|n| Outgoing::new(format!("42[{n}]"))).collect();
    assert_eq!(call.connection.send(packets.iter()), (20, Sent::Queued));
    for n in 0..20 {
        assert_eq!(call.reads().await, format!("42[{n}]"));
    }
    assert_eq!(call.writes.load(Ordering::Relaxed) - before, 1);
}

#[tokio::test]
async fn who_takes_nothing_is_sent_no_more_than_has_room_and_hears_why_they_are_cut_off() {
    let mut call = Call::over(512).await;
    let packet = Outgoing::new(format!("4{}", "x".repeat(20_000)));
    let mut sent = 0;
    // The websocket takes as much as it has room for, whenever it comes to that.
    for _ in 0..10 {
        while call.connection.send(std::iter::once(&packet)).1 == Sent::Queued {
            sent += 1;
        }
        tokio::task::yield_now().await;
    }
    assert!((QUEUE..3 * QUEUE).contains(&sent), "{sent}");
    let why = Outgoing::new("42[\"error\"]".to_owned());
    assert_eq!(call.connection.control(&why), Sent::Queued);
    call.connection.end(DisconnectReason::TransportClose);
    // Nobody has read anything so far.
    let reason = call.ended.recv().await;
    assert_eq!(reason, Some(DisconnectReason::TransportClose));
    for _ in 0..sent {
        assert_eq!(call.reads().await.len(), 20_001);
    }
    assert_eq!(call.reads().await, "42[\"error\"]");
    assert_eq!(call.reads().await, "1");
}

#[tokio::test]
async fn what_came_with_the_handshake_is_heard() {
    let (mut client, server) = duplex(ROOM);
    let (connection, _connections) = mpsc::unbounded_channel();
    let (heard, mut packets) = mpsc::unbounded_channel();
    let (ended, _ends) = mpsc::unbounded_channel();
    let ears = Arc::new(Ears {
        connection,
        heard,
        ended,
    });
    let first = vec![0x81, 0x82, 0, 0, 0, 0, b'4', b'0'];
    TASKS.spawn(serve_to(ears, server, first));
    assert_eq!(packets.recv().await.unwrap(), "0");
    assert_eq!(client.read_u8().await.unwrap(), 0x81);
}
