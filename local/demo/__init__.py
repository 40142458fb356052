"""What `make run` shows: example events, a receiver that misbehaves, a mailbox, and the terminal."""
