"""The function that acts on what SES reports about mails."""
