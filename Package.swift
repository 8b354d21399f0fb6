// swift-tools-version: 6.3
// SPDX-License-Identifier: Apache-2.0
import PackageDescription

/// The same rules for every target of ours: strict memory safety, no silent existential, no leaking import, no warning.
let strict: [SwiftSetting] = [
  .strictMemorySafety(),
  .enableExperimentalFeature("Lifetimes"),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .treatAllWarnings(as: .error),
]

func systemLibrary(_ name: String, pkgConfig: String, package: String) -> Target {
  .systemLibrary(name: name, pkgConfig: pkgConfig, providers: [.apt([package])])
}

func tests(_ name: String, _ dependencies: Target.Dependency...) -> Target {
  .testTarget(name: name, dependencies: dependencies, swiftSettings: strict)
}

let package = Package(
  name: "sekisho",
  products: [.executable(name: "sekisho", targets: ["sekisho"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    systemLibrary("CLibpcap", pkgConfig: "libpcap", package: "libpcap-dev"),
    systemLibrary("CZlib", pkgConfig: "zlib", package: "zlib1g-dev"),
    systemLibrary("CZstd", pkgConfig: "libzstd", package: "libzstd-dev"),
    systemLibrary("CLibcapNG", pkgConfig: "libcap-ng", package: "libcap-ng-dev"),
    systemLibrary("CLibcrypto", pkgConfig: "libcrypto", package: "libssl-dev"),
    systemLibrary("CVectorscan", pkgConfig: "libhs", package: "libvectorscan-dev"),
    systemLibrary("CPCRE2", pkgConfig: "libpcre2-8", package: "libpcre2-dev"),

    // libpcap, files and interfaces to frames.
    .target(
      name: "Capture", dependencies: ["Catalogue", "CLibpcap", "CZlib", "CZstd", "CLibcapNG"], swiftSettings: strict),
    // What is said of each kind of finding: texts alone, so that they do not rebuild the engine.
    .target(name: "Catalogue", swiftSettings: strict),
    // Rule files to rules: texts alone.
    .target(name: "RuleLanguage", swiftSettings: strict),
    // Rules' tests of bytes, and the search for many patterns at once: bytes in, yes or no out.
    .target(name: "Matching", dependencies: ["RuleLanguage", "CVectorscan", "CPCRE2"], swiftSettings: strict),
    // What office and network protocols say: bytes in, named buffers out.
    .target(name: "Information", dependencies: ["RuleLanguage", "CZlib", "CLibcrypto"], swiftSettings: strict),
    // Frames in, records out. One module: the hot path is inlined from the header to the operation.
    .target(
      name: "Monitor",
      dependencies: ["Capture", "Catalogue", "RuleLanguage", "Matching", "Information", "CLibcrypto"],
      swiftSettings: strict),
    // Reading and explaining site files: cold, and the only place that knows YAML.
    .target(
      name: "SiteFile", dependencies: ["Catalogue", "Monitor", .product(name: "Yams", package: "Yams")],
      swiftSettings: strict),
    // The command: arguments, progress, summaries.
    .executableTarget(
      name: "sekisho",
      dependencies: [
        "Capture", "Catalogue", "Monitor", "RuleLanguage", "SiteFile",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: strict,
      // Swift's libraries are part of the program: it starts in two thirds of the time, and a plant's computer needs
      // no Swift.
      linkerSettings: [
        .unsafeFlags(
          [
            "-static-stdlib", "-use-ld=lld", "-lCoreFoundation", "-l_FoundationCShims", "-l_FoundationCollections",
            "-l_FoundationICU",
            "-lBlocksRuntime", "-ldispatch", "-lstdc++",
          ], .when(configuration: .release))
      ]),

    .target(name: "Support", path: "Tests/Support", swiftSettings: strict),
    tests("CaptureTests", "Capture", "Catalogue"),
    tests("CatalogueTests", "Catalogue"),
    tests("RuleLanguageTests", "RuleLanguage"),
    tests("MatchingTests", "Matching", "RuleLanguage"),
    tests("InformationTests", "Information", "RuleLanguage"),
    tests("SiteFileTests", "Catalogue", "Monitor", "SiteFile", "Support"),
    tests("MonitorTests", "Capture", "Catalogue", "Monitor", "RuleLanguage", "SiteFile", "Support"),
    tests("HotPathTests", "Support"),
    tests("CommandTests", "Catalogue", "sekisho", "Support"),
  ],
  swiftLanguageModes: [.v6]
)

// libFuzzer brings its own `main`, so the fuzz target exists only for `make fuzz`.
if Context.environment["SEKISHO_FUZZ"] != nil {
  package.products.append(.executable(name: "fuzz", targets: ["Fuzz"]))
  package.targets.append(
    .executableTarget(name: "Fuzz", dependencies: ["Capture", "Monitor"], path: "Fuzz", swiftSettings: strict))
}
