package io.sallyport.handshake;

import io.sallyport.testing.CertificateAuthority;
import io.sallyport.testing.FakeBackend;
import io.sallyport.testing.Http;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** What every table of handshakes needs: a folder for the client's files, an issuer, and a backend that answers. */
abstract class HandshakeTable {
    final CertificateAuthority authority = CertificateAuthority.create("Test Root");

    @TempDir
    Path directory;

    FakeBackend backend;

    @BeforeEach
    void startBackend() {
        backend = Http.backend();
    }

    @AfterEach
    void stopBackend() {
        backend.close();
    }
}
