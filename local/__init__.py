"""Run the whole system on this machine: MiniStack as AWS, the built template deployed to it, and a receiver."""
