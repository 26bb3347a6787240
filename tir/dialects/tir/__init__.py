"""The `tir` dialect: operations on whole tensors, with Theano's broadcasting and dtypes.

Tensors are immutable values of type `tensor<?x1xf64>`: a static 1 is a dimension that broadcasts, `?` is one that
does not, whatever its size turns out to be. Elementwise operations broadcast static 1s and missing leading dimensions.
"""
