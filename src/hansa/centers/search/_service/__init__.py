"""The use cases of search: documents follow what happens, people search, the index is built anew."""
