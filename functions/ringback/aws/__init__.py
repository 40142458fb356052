"""Call AWS: clients, DynamoDB, SQS and KMS."""
