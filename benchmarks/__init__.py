"""Measure what Ringback costs in processor time, time, calls and memory, always against a baseline in the same run."""
