export const demo = {
  nav: "What can go wrong",
  title: "What can go wrong",
  lead: "Only in the demo. Each button does real harm to the systems around Lockstep; what it does about that shows on the page it leads to.",
  now: "Right now",
  usersOn: (server: string) => `Users on ${server}`,
  erpDocuments: "Documents in Metakocka",
  erpCalls: "Calls that created one",
  go: "Do it",
  look: "See what the guard does",
  lost: {
    title: "Metakocka's answer is lost",
    text: "An order is sent and saved there, but the connection breaks before the answer. A careless client would send it again and have it twice.",
    unknown: (number: string) =>
      `The answer for ${number} is lost: whether it was saved is unknown. In a few seconds Lockstep looks before it sends anything.`,
    done: (number: string, there: string, calls: string) =>
      `${number} was found in Metakocka as ${there} and not sent again. Calls that created it: ${calls}.`,
  },
  empty: {
    title: "A user server answers with nobody",
    text: "The server Dev is up and lets us in, but its list is empty. Trusting it would lock everybody out.",
    done: "Dev has no users now. Look at its preview: the guard does not let it through.",
  },
  tamper: {
    title: "Another program damages copies",
    text: "An old script deletes, changes and moves the copies that customers see, behind Lockstep's back.",
    done: (count: string) =>
      `${count} copies are damaged. The drift page names each; one press heals them.`,
  },
  storm: {
    title: "Everybody buys the same thing",
    text: "Two hundred buyers order one of twenty units at the same moment.",
    done: (sold: string, orders: string, refused: string, left: string) =>
      `${sold} of ${orders} orders were filled, ${refused} refused, ${left} left: nothing was sold twice.`,
  },
  signInTitle: "This is the demo",
  signIn: (email: string, password: string) => `Sign in as ${email} with the password ${password}.`,
  heal: "Make everything outside well again",
  healed: "The servers outside are as they were.",
};
