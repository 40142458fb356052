"""Show Ringback at work: example events, a receiver that misbehaves, a mailbox, and the terminal."""
