"""Functions of neural networks: activations, softmax, cross-entropies."""
