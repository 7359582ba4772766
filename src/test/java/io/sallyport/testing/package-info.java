/** What tests share: fresh certificates, fake backends. Nothing here is checked in as a file; everything is made anew. */
@NullMarked
package io.sallyport.testing;

import org.jspecify.annotations.NullMarked;
