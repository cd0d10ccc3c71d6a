"""A copy of everything that the chat keeps, to a file, from one, or to another database.

One database is like another here: the copy holds rows by the names of models and fields.
"""
