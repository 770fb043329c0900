"""French text into tokens and families, one step per file.

`analyzer.analyze` is the whole chain; `families` says which terms a word stands for.
Nothing here imports an engine, so that every engine searches the same language.
"""
