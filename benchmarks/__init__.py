"""What Ringback costs in processor, time, calls and memory, always beside a baseline in the same run."""
