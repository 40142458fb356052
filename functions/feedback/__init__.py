"""The function that hears from SES what became of mails."""
