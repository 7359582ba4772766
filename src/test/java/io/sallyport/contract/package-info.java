/** What users build on, held against the code: names, tables, packages. */
@NullMarked
package io.sallyport.contract;

import org.jspecify.annotations.NullMarked;
