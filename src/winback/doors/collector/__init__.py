"""Events in over HTTP, in Segment's wire format: durable before they are answered for."""
