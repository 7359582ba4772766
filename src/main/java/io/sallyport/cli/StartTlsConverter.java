package io.sallyport.cli;

import io.sallyport.config.value.StartTls;
import java.util.Arrays;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** {@code postgresql}, as in a configuration. */
final class StartTlsConverter implements ITypeConverter<StartTls> {

    @Override
    public StartTls convert(String text) {
        return Arrays.stream(StartTls.values())
                .filter(each -> each.tag().equals(text))
                .findFirst()
                .orElseThrow(() -> new TypeConversionException(
                        "\"" + text + "\" (expected: off, postgresql, smtp, imap, pop3 or ldap)"));
    }
}
