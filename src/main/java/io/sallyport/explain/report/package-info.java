/** What {@code explain} found, as text for people and as JSON for programs. */
@NullMarked
package io.sallyport.explain.report;

import org.jspecify.annotations.NullMarked;
