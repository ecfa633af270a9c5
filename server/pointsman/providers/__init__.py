"""One vendor a file, behind one seam (`base.Provider`). An SDK is imported in its own file, on the first call."""
