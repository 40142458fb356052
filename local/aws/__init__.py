"""Run the local AWS: MiniStack, the stack on it, and the functions, packaged and run as Lambda does."""
