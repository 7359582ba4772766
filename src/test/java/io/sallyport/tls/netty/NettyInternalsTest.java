package io.sallyport.tls.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.ssl.OpenSslContext;
import io.netty.handler.ssl.OpenSslCredential;
import io.netty.handler.ssl.ReferenceCountedOpenSslContext;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class NettyInternalsTest {

    @Test
    void thisNettyHasThemAll() {
        assertThat(NettyInternals.missing()).isEmpty();
    }

    @Test
    void whatAnotherNettyDoesNotHaveIsNotFound() {
        assertThat(NettyInternals.method("io.netty.handler.ssl.DefaultOpenSslCredential", "renamed"))
                .isNull();
        assertThat(NettyInternals.method("io.netty.handler.ssl.Renamed", "credentialAddress"))
                .isNull();
        assertThat(NettyInternals.method("io.netty.handler.ssl.DefaultOpenSslCredential", "type"))
                .isNull();
        assertThat(NettyInternals.field(ReferenceCountedOpenSslEngine.class, "renamed"))
                .isNull();
    }

    /** A public way that another Netty has: use it, and take the private one out of {@link NettyInternals}. */
    @Test
    void nettyStillHasNoPublicWay() {
        assertThat(publicMethods(OpenSslCredential.class, "address", "ocsp", "staple"))
                .isEmpty();
        assertThat(publicMethods(ReferenceCountedOpenSslContext.class, "keylog"))
                .isEmpty();
        assertThat(publicMethods(OpenSslContext.class, "keylog")).isEmpty();
        assertThat(publicMethods(ReferenceCountedOpenSslEngine.class, "bio", "halfclos"))
                .isEmpty();
    }

    private static Stream<String> publicMethods(Class<?> type, String... parts) {
        return Stream.of(type.getMethods())
                .filter(method -> Modifier.isPublic(method.getModifiers()))
                .map(Method::getName)
                .filter(name -> Set.of(parts).stream()
                        .anyMatch(part -> name.toLowerCase(Locale.ROOT).contains(part)));
    }
}
