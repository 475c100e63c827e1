"""The pages where people register themselves (/join) and see, change and end what they registered (/me)."""
