"""The expression graph: what users build, differentiate and traverse, before anything is compiled."""
