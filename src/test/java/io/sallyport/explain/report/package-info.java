@NullMarked
package io.sallyport.explain.report;

import org.jspecify.annotations.NullMarked;
