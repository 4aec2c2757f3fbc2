#include "resources/schemas.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "base/mapped_file.h"
#include "resources/application.h"
#include "resources/describe/pattern.h"
#include "resources/describe/schema.h"

namespace argosy::resources {
namespace {

const std::string kRoot = ARGOSY_TESTDATA "/../..";

std::string FileText(const std::string& path) {
    const MappedFile file = OrThrow(MappedFile::Open(path));
    return {reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size()};
}

TEST(Schemas, CommittedCrdsAreUpToDate) {
    for (const KindInfo& info : Kinds()) {
        EXPECT_EQ(FileText(kRoot + "/deploy/crds/" + CrdFileName(info.kind)), CrdFile(info.kind))
            << "run: argosy schema --crd deploy/crds";
    }
}

TEST(Schemas, TheCommittedReferenceIsUpToDate) {
    EXPECT_EQ(FileText(kRoot + "/docs/resources.md"), ReferencePage())
        << "run: argosy schema --docs docs/resources.md";
}

TEST(Schemas, ExamplesOfKindsAreGood) {
    for (const KindInfo& info : Kinds()) {
        Problems problems;
        const auto nodes = ReadYaml(info.example, problems);
        const FieldShape field{.name = "spec",
                               .shape = {std::shared_ptr<const Shape>(), info.spec}};
        const Checked checked = Check(field, nodes.at(0), "spec");
        EXPECT_TRUE(checked.problems.empty()) << ToError(checked.problems).message;
    }
}

// Calls `use` with each field of a description, whatever it is in.
void ForEachField(const Shape& shape, const std::string& path,
                  const std::function<void(const Shape&, const FieldShape&, std::string)>& use) {
    for (const FieldShape& field : shape.fields) {
        const std::string at = path + "." + field.name;
        use(shape, field, at);
        const Shape& inner = field.shape->element ? *field.shape->element : *field.shape;
        ForEachField(inner, at, use);
    }
}

TEST(Schemas, DescriptionsKeepTheirOwnRules) {
    for (const KindInfo& info : Kinds()) {
        ForEachField(*info.spec, info.name,
                     [](const Shape& shape, const FieldShape& field, const std::string& path) {
                         EXPECT_TRUE(field.doc.ends_with('.')) << path << " has no sentence";
                         if (!field.limits.pattern.empty()) {
                             Matches(field.limits.pattern,
                                     "");  // ends the process where it is broken
                             EXPECT_FALSE(field.limits.what.empty()) << path;
                         }
                         // A struct that always is there has to be right as it is made.
                         if (field.shape->type == Shape::Type::kObject && !field.optional &&
                             !field.limits.required) {
                             EXPECT_TRUE(field.shape->MayBeEmpty()) << path;
                         }
                         for (const Rule& rule : shape.rules) {
                             for (const std::string& name : rule.fields) {
                                 ASSERT_NE(shape.Find(name), nullptr) << path;
                                 // The API server fills defaults in, after which "is given" is
                                 // always true.
                                 if (rule.kind == Rule::Kind::kNotMoreThan) continue;
                                 const FieldShape& ruled = *shape.Find(name);
                                 EXPECT_FALSE(ruled.default_value) << path << ": " << name;
                                 // An empty list would be given, and be gone when it is written
                                 // again.
                                 EXPECT_TRUE(!ruled.shape->element || ruled.limits.min_items > 0)
                                     << path << ": " << name;
                             }
                         }
                     });
    }
}

// Each schema within a schema.
void ForEachSchema(const json::value& schema, const std::function<void(const json::object&)>& use) {
    const json::object* object = schema.if_object();
    if (object == nullptr) return;
    use(*object);
    if (const json::value* properties = object->if_contains("properties")) {
        for (const auto& [name, inner] : properties->as_object()) ForEachSchema(inner, use);
    }
    for (const char* key : {"items", "additionalProperties"}) {
        if (const json::value* inner = object->if_contains(key)) ForEachSchema(*inner, use);
    }
}

TEST(Schemas, CrdsAreStructural) {
    for (const KindInfo& info : Kinds()) {
        const json::value crd = Crd(info.kind);
        ForEachSchema(crd.at_pointer("/spec/versions/0/schema/openAPIV3Schema"),
                      [](const json::object& schema) {
                          EXPECT_TRUE(schema.contains("type") ||
                                      schema.contains("x-kubernetes-int-or-string"));
                          EXPECT_FALSE(schema.contains("properties") &&
                                       schema.contains("additionalProperties"));
                          for (const char* key : {"$ref", "allOf", "if", "const"}) {
                              EXPECT_FALSE(schema.contains(key));
                          }
                      });
    }
}

TEST(Schemas, ACrdHasWhatKubectlShows) {
    const json::value crd = Crd(Kind::kModel);
    EXPECT_EQ(crd.at_pointer("/spec/names/shortNames/0"), "mdl");
    EXPECT_EQ(crd.at_pointer("/spec/versions/0/subresources/scale/specReplicasPath"),
              ".spec.replicas");
    const std::string spec = "/spec/versions/0/schema/openAPIV3Schema/properties/spec";
    EXPECT_EQ(crd.at_pointer(spec + "/properties/scaling/properties/min/default"), 1);
    EXPECT_EQ(crd.at_pointer(spec + "/properties/scaling/default"), json::object());
    EXPECT_EQ(crd.at_pointer(spec + "/properties/scaling/x-kubernetes-validations/0/rule"),
              "!has(self.min) || !has(self.max) || self.min <= self.max");
    EXPECT_EQ(crd.at_pointer(spec + "/x-kubernetes-validations/0/rule"),
              "(has(self.engine) && self.engine in ['external']) || (has(self.source))");
    EXPECT_EQ(crd.at_pointer(spec + "/properties/adapters/x-kubernetes-list-map-keys/0"), "name");
}

}  // namespace
}  // namespace argosy::resources
