"""Channel quality: what a channel costs, brings and loses, and a verdict."""
