"""The pages: a shell for the browser's modules, and the forms that need a cookie set."""
