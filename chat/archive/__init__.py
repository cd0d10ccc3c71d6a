"""A copy of everything that the chat stores, to a file, from a file, or to another database.

One database is like another here: the copy holds rows by the names of models and fields.
"""
