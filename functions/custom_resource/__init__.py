"""The function that sets the callbacks that CloudFormation templates declare."""
