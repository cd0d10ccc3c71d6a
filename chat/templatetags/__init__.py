"""What the templates say in Django's own way, and Python must work out."""
