"""The door for what comes back: clicks, unsubscribing, call-backs of providers; to be mounted."""
