"""Functions that build nodes of the graph, by family; `tir.graph.build` has the names of all but the special functions."""
