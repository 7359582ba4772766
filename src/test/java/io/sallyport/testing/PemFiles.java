package io.sallyport.testing;

import java.nio.file.Path;

/** A chain and its key as two PEM files. */
public record PemFiles(Path chain, Path key) {}
