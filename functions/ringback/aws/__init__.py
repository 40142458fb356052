"""AWS as Ringback uses it: clients, DynamoDB, SQS and KMS."""
