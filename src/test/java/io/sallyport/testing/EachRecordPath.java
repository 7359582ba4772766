package io.sallyport.testing;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A test that is run with both versions of TLS under both values of {@code record-path}; its parameters are these two. */
@ParameterizedTest
@CsvSource({"TLSv1.2, direct", "TLSv1.2, ssl-handler", "TLSv1.3, direct", "TLSv1.3, ssl-handler"})
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface EachRecordPath {}
