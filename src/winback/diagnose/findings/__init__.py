"""What sets the churned of a group apart from like customers who stayed."""
