"""What comes out: a request becomes results.

`open_engine(url)` gives an `Engine`; everything else follows from there.
"""
