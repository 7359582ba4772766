package io.sallyport.tls.context;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.AbstractReferenceCounted;
import io.netty.util.ReferenceCounted;
import org.junit.jupiter.api.Test;

/** Which native contexts there are. */
final class LiveContextsTest {
    private final LiveContexts contexts = new LiveContexts();

    @Test
    void freedOnesDoNotPileUpWhereNobodyCounts() {
        ReferenceCounted living = new Context();
        contexts.add(living);
        for (int i = 0; i < 1000; i++) {
            ReferenceCounted freed = new Context();
            contexts.add(freed);
            freed.release();
        }

        assertThat(contexts.held()).isLessThan(100);
        assertThat(contexts.count()).isEqualTo(1);
    }

    @Test
    void manyThatLiveAreAllCounted() {
        for (int i = 0; i < 1000; i++) {
            contexts.add(new Context());
        }

        assertThat(contexts.count()).isEqualTo(1000);
    }

    private static final class Context extends AbstractReferenceCounted {
        @Override
        protected void deallocate() {
            // Nothing native.
        }

        @Override
        public ReferenceCounted touch(Object hint) {
            return this;
        }
    }
}
