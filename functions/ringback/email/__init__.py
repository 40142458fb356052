"""Events as e-mail, sent through SES."""
