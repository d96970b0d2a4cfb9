"""How many columns a text takes on paper, and where it may be cut: what layout asks of `poster.clusters`."""

from __future__ import annotations

from ticket_daemon.poster.clusters import cluster_columns, columns, isolated, one_column_each, split_clusters

__all__ = ["cluster_columns", "columns", "isolated", "one_column_each", "split_clusters"]
