package io.sallyport.testing;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A test that is run once with TLS 1.2 and once with TLS 1.3; its parameter is the version's name. */
@ParameterizedTest
@ValueSource(strings = {TlsClient.TLS_1_2, TlsClient.TLS_1_3})
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface EachTlsVersion {}
