"""The real phone network: Twilio, through its library; the only package that may import it."""
