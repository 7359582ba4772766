import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Takes native libraries out of a jar where nothing would unpack them: {@code java WithoutNatives.java JAR PATTERN}. PATTERN is
 * that of their file names, as {@code *_osx_*}.
 */
final class WithoutNatives {
    public static void main(String[] arguments) throws IOException {
        try (FileSystem jar = FileSystems.newFileSystem(Path.of(arguments[0]));
                DirectoryStream<Path> natives = Files.newDirectoryStream(jar.getPath("META-INF/native"), arguments[1])) {
            for (Path library : natives) {
                Files.delete(library);
            }
        }
    }
}
