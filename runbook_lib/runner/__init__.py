"""Stages become a run: planned as a graph, executed through papermill, left behind as a folder."""
