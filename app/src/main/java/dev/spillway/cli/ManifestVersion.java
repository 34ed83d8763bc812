package dev.spillway.cli;

import picocli.CommandLine.IVersionProvider;

/** The version that the build wrote into the jar. */
final class ManifestVersion implements IVersionProvider {
    @Override
    public String[] getVersion() {
        String version = Main.class.getPackage().getImplementationVersion();
        return new String[] {
            "spillway " + (version == null ? "(not run from its jar)" : version), "Java " + Runtime.version()
        };
    }
}
