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

    .target(
      name: "Capture", dependencies: ["CLibpcap", "CZlib", "CZstd", "CLibcapNG"], swiftSettings: strict),
    .target(
      name: "Monitor",
      dependencies: ["Capture", "CLibcrypto", .product(name: "Yams", package: "Yams")],
      path: "Sources", sources: ["Catalogue", "Monitor", "SiteFile"],
      swiftSettings: strict),
    .executableTarget(
      name: "sekisho",
      dependencies: [
        "Capture", "Monitor", .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: strict),

    .target(name: "Support", path: "Tests/Support", swiftSettings: strict),
    tests("CaptureTests", "Capture"),
    tests("CatalogueTests", "Monitor"),
    tests("SiteFileTests", "Monitor", "Support"),
    tests("MonitorTests", "Capture", "Monitor", "Support"),
    tests("HotPathTests", "Support"),
    tests("CommandTests", "sekisho", "Support"),
  ],
  swiftLanguageModes: [.v6]
)

// libFuzzer brings its own `main`, so the fuzz target exists only for `make fuzz`.
if Context.environment["SEKISHO_FUZZ"] != nil {
  package.products.append(.executable(name: "fuzz", targets: ["Fuzz"]))
  package.targets.append(
    .executableTarget(name: "Fuzz", dependencies: ["Capture", "Monitor"], path: "Fuzz", swiftSettings: strict))
}
