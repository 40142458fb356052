"""HTTP to receivers: one event loop, byte-exact requests to judged addresses, every answer within bounds."""
