"""The data view: events and orders as Parquet files, and figures taken from them by DuckDB.

`exporting` hands out what centers declare (`Center.exports`) and the events, incrementally: it goes on from
where it stood, and a folder that was deleted is written anew. `metrics` says what each figure means (name,
grain, formula), once; `views` puts figures together for people; `reading` runs them;
`figures` keeps them for pages.

It needs the extra `hansa[data]`. Nothing here reads a table of the house, and nothing in the house reads it.
"""
