"""The live mode: a simulated base that goes on day by day and answers what it is sent."""
