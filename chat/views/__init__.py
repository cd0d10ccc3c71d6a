"""HTTP: the pages with their forms, what their modules ask for, and health checks."""
