"""What municipalities' own systems say (CAP 1.2), told by the same steps as what people write by hand."""
