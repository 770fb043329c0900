"""A Whoosh codec whose segments are arrays: memory-mapped, merged and searched as arrays.

It knows no field by name: `layout.SegmentShape` says which fields and columns a segment has.
Every array is described in `layout.ARRAYS`, and from there in docs/index-format.md.
"""
