package deploy_test

import (
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	goyaml "go.yaml.in/yaml/v3"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/api/resmap"
	"sigs.k8s.io/kustomize/kyaml/filesys"
	"sigs.k8s.io/kustomize/kyaml/openapi"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

const exampleOverlay = "kubernetes/overlays/example"

// overlay builds the example with secrets in their files. extra is added to its
// kustomization.
func overlay(t *testing.T, extra string) resmap.ResMap {
	t.Helper()
	disk := filesys.MakeFsInMemory()
	err := fs.WalkDir(os.DirFS("."), "kubernetes", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		if name == exampleOverlay+"/kustomization.yaml" {
			text = append(text, extra...)
		}
		return disk.WriteFile(name, text)
	})
	if err != nil {
		t.Fatal(err)
	}
	var k struct {
		SecretGenerator []struct{ Files []string } `yaml:"secretGenerator"`
	}
	if err := goyaml.Unmarshal([]byte(content(t, exampleOverlay+"/kustomization.yaml")), &k); err != nil {
		t.Fatal(err)
	}
	for _, g := range k.SecretGenerator {
		for _, file := range g.Files {
			if err := disk.WriteFile(path.Join(exampleOverlay, file), []byte("of "+file)); err != nil {
				t.Fatal(err)
			}
		}
	}
	built, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(disk, exampleOverlay)
	if err != nil {
		t.Fatal(err)
	}
	return built
}

// object finds the one object of a kind and reads it into to.
func object(t *testing.T, built resmap.ResMap, kind string, to any) {
	t.Helper()
	found := 0
	for _, r := range built.Resources() {
		if r.GetKind() != kind {
			continue
		}
		found++
		text, err := r.AsYAML()
		if err == nil {
			err = goyaml.Unmarshal(text, to)
		}
		if err != nil {
			t.Fatalf("%s: %v", kind, err)
		}
	}
	if found != 1 {
		t.Fatalf("%d objects of the kind %s", found, kind)
	}
}

// deployment is what the tests look at in the Deployment.
// https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/deployment-v1/
type deployment struct {
	Spec struct {
		Replicas int
		Selector struct {
			MatchLabels map[string]string `yaml:"matchLabels"`
		}
		Strategy struct {
			RollingUpdate struct {
				MaxSurge int `yaml:"maxSurge"`
			} `yaml:"rollingUpdate"`
		}
		Template struct {
			Metadata struct{ Labels map[string]string }
			Spec     pod
		}
	}
}

type pod struct {
	AutomountServiceAccountToken  bool `yaml:"automountServiceAccountToken"`
	EnableServiceLinks            bool `yaml:"enableServiceLinks"`
	TerminationGracePeriodSeconds int  `yaml:"terminationGracePeriodSeconds"`
	SecurityContext               struct {
		RunAsNonRoot   bool                  `yaml:"runAsNonRoot"`
		RunAsUser      int                   `yaml:"runAsUser"`
		RunAsGroup     int                   `yaml:"runAsGroup"`
		FSGroup        int                   `yaml:"fsGroup"`
		SeccompProfile struct{ Type string } `yaml:"seccompProfile"`
	} `yaml:"securityContext"`
	Spread     []struct{} `yaml:"topologySpreadConstraints"`
	Containers []struct {
		Image   string
		EnvFrom []struct {
			ConfigMapRef struct{ Name string } `yaml:"configMapRef"`
		} `yaml:"envFrom"`
		Env          []struct{ Name, Value string }
		Ports        []port
		Startup      probe                                        `yaml:"startupProbe"`
		Liveness     probe                                        `yaml:"livenessProbe"`
		Readiness    probe                                        `yaml:"readinessProbe"`
		Resources    struct{ Requests, Limits map[string]string } `yaml:"resources"`
		VolumeMounts []struct {
			Name      string
			MountPath string `yaml:"mountPath"`
		} `yaml:"volumeMounts"`
		SecurityContext struct {
			AllowPrivilegeEscalation *bool                   `yaml:"allowPrivilegeEscalation"`
			ReadOnlyRootFilesystem   bool                    `yaml:"readOnlyRootFilesystem"`
			Capabilities             struct{ Drop []string } `yaml:"capabilities"`
		} `yaml:"securityContext"`
	}
	Volumes []struct {
		Name   string
		Secret struct {
			SecretName string `yaml:"secretName"`
			Items      []struct{ Key, Path string }
		}
	}
}

type port struct {
	Name          string
	ContainerPort int `yaml:"containerPort"`
}

type probe struct {
	HTTPGet struct{ Path, Port string } `yaml:"httpGet"`
}

type data struct {
	Metadata struct{ Name string }
	Data     map[string]string
}

func TestKubernetesSettings(t *testing.T) {
	t.Parallel()
	built := overlay(t, "")
	var d deployment
	object(t, built, "Deployment", &d)
	c := d.Spec.Template.Spec.Containers[0]
	environment := map[string]string{}
	for _, e := range c.Env {
		environment[e.Name] = e.Value
	}
	checkSettings(t, sorted(environment))
	if environment["DATABASE_URL_FILE"] == "" {
		t.Error("two replicas need a database that they share, and there is no DATABASE_URL_FILE")
	}
	var settings, secrets data
	object(t, built, "ConfigMap", &settings)
	object(t, built, "Secret", &secrets)
	openSettings(t, sorted(settings.Data))
	if got := c.EnvFrom[0].ConfigMapRef.Name; got != settings.Metadata.Name {
		t.Errorf("settings come from %q, which is not %q", got, settings.Metadata.Name)
	}
	volume, mount := d.Spec.Template.Spec.Volumes[0], c.VolumeMounts[0]
	if volume.Secret.SecretName != secrets.Metadata.Name || volume.Name != mount.Name {
		t.Errorf("secrets come from %q as %q, which is not %q as %q", volume.Secret.SecretName, mount.Name, secrets.Metadata.Name, volume.Name)
	}
	mounted := map[string]bool{}
	for _, item := range volume.Secret.Items {
		if secrets.Data[item.Key] == "" {
			t.Errorf("the Secret has no %s", item.Key)
		}
		mounted[path.Join(mount.MountPath, item.Path)] = true
	}
	for name, file := range environment {
		if strings.HasSuffix(name, "_FILE") && !mounted[file] {
			t.Errorf("%s is %s, which is not mounted", name, file)
		}
	}
	if len(mounted) != len(secrets.Data) {
		t.Errorf("of the secrets %v only %v are mounted", sorted(secrets.Data), sorted(mounted))
	}
}

func TestKubernetesPods(t *testing.T) {
	t.Parallel()
	var d deployment
	object(t, overlay(t, ""), "Deployment", &d)
	p := d.Spec.Template.Spec
	c := p.Containers[0]
	if s := p.SecurityContext; fmt.Sprint(s.RunAsUser) != imageUser || fmt.Sprint(s.RunAsGroup) != imageUser || fmt.Sprint(s.FSGroup) != imageUser ||
		!s.RunAsNonRoot || s.SeccompProfile.Type != "RuntimeDefault" {
		t.Errorf("the pod's security: %+v", s)
	}
	if s := c.SecurityContext; s.AllowPrivilegeEscalation == nil || *s.AllowPrivilegeEscalation ||
		!s.ReadOnlyRootFilesystem || !slices.Equal(s.Capabilities.Drop, []string{"ALL"}) {
		t.Errorf("the container's security: %+v", s)
	}
	if p.AutomountServiceAccountToken || p.EnableServiceLinks {
		t.Error("the pod knows of the cluster what it need not")
	}
	if p.TerminationGracePeriodSeconds <= int(stopsWithin.Seconds()) {
		t.Errorf("it is killed after %d seconds, and takes up to %v to stop", p.TerminationGracePeriodSeconds, stopsWithin)
	}
	// Each process holds two sockets, and Slack allows an app ten.
	if most := d.Spec.Replicas + d.Spec.Strategy.RollingUpdate.MaxSurge; d.Spec.Replicas != 2 || most*2 > 10 {
		t.Errorf("%d replicas, and %d during an update", d.Spec.Replicas, most)
	}
	if len(p.Spread) == 0 {
		t.Error("both replicas may be on one node")
	}
	for what, paths := range map[string][2]string{
		"startup": {"/healthz", c.Startup.HTTPGet.Path}, "liveness": {"/healthz", c.Liveness.HTTPGet.Path},
		"readiness": {"/readyz", c.Readiness.HTTPGet.Path},
	} {
		if paths[0] != paths[1] {
			t.Errorf("the %s probe asks %s, want %s", what, paths[1], paths[0])
		}
	}
	for _, asked := range []probe{c.Startup, c.Liveness, c.Readiness} {
		if asked.HTTPGet.Port != c.Ports[0].Name {
			t.Errorf("a probe asks at %s, and the port is %s", asked.HTTPGet.Port, c.Ports[0].Name)
		}
	}
	for _, e := range c.Env {
		if e.Name == "HTTP_ADDR" && e.Value != fmt.Sprintf(":%d", c.Ports[0].ContainerPort) {
			t.Errorf("it listens at %s, and the port is %d", e.Value, c.Ports[0].ContainerPort)
		}
	}
	if c.Resources.Requests["memory"] == "" || c.Resources.Requests["cpu"] == "" || c.Resources.Limits["memory"] == "" {
		t.Errorf("resources: %+v", c.Resources)
	}
}

// networkPolicy is what the tests look at in the NetworkPolicy.
type networkPolicy struct {
	Spec struct {
		PodSelector struct {
			MatchLabels map[string]string `yaml:"matchLabels"`
		} `yaml:"podSelector"`
		PolicyTypes []string `yaml:"policyTypes"`
		Ingress     []struct {
			From  []any
			Ports []policyPort
		}
		Egress []struct {
			To    []any
			Ports []policyPort
		}
	}
}

type policyPort struct{ Protocol, Port string }

func TestKubernetesNetwork(t *testing.T) {
	t.Parallel()
	built := overlay(t, "\ncomponents: [../../components/monitoring]\n")
	var policy networkPolicy
	object(t, built, "NetworkPolicy", &policy)
	var in, out []policyPort
	for _, rule := range policy.Spec.Ingress {
		in = append(in, rule.Ports...)
		if len(rule.From) == 0 {
			t.Error("anybody may come in")
		}
	}
	for _, rule := range policy.Spec.Egress {
		out = append(out, rule.Ports...)
	}
	if diff := cmp.Diff([]policyPort{{"TCP", "http"}}, in); diff != "" {
		t.Errorf("in (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]policyPort{{"UDP", "53"}, {"TCP", "53"}, {"TCP", "443"}, {"TCP", "5432"}}, out); diff != "" {
		t.Errorf("out (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"Ingress", "Egress"}, policy.Spec.PolicyTypes); diff != "" {
		t.Errorf("it governs (-want +got):\n%s", diff)
	}
	var d deployment
	object(t, built, "Deployment", &d)
	var budget, monitor struct {
		Spec struct {
			MaxUnavailable int `yaml:"maxUnavailable"`
			Selector       struct {
				MatchLabels map[string]string `yaml:"matchLabels"`
			}
			Endpoints []struct{ Port, Path string }
		}
	}
	var service struct {
		Metadata struct{ Labels map[string]string }
		Spec     struct {
			Selector map[string]string
			Ports    []struct {
				Name       string
				TargetPort string `yaml:"targetPort"`
			}
		}
	}
	object(t, built, "PodDisruptionBudget", &budget)
	object(t, built, "Service", &service)
	object(t, built, "ServiceMonitor", &monitor)
	for who, selector := range map[string]map[string]string{
		"the Deployment": d.Spec.Selector.MatchLabels, "the NetworkPolicy": policy.Spec.PodSelector.MatchLabels,
		"the PodDisruptionBudget": budget.Spec.Selector.MatchLabels, "the Service": service.Spec.Selector,
	} {
		if !selects(selector, d.Spec.Template.Metadata.Labels) {
			t.Errorf("%s selects %v, and the pods have %v", who, selector, d.Spec.Template.Metadata.Labels)
		}
	}
	if !selects(monitor.Spec.Selector.MatchLabels, service.Metadata.Labels) || monitor.Spec.Endpoints[0].Port != service.Spec.Ports[0].Name ||
		monitor.Spec.Endpoints[0].Path != "/metrics" || service.Spec.Ports[0].TargetPort != d.Spec.Template.Spec.Containers[0].Ports[0].Name {
		t.Errorf("the ServiceMonitor finds no metrics: %+v of %+v", monitor.Spec, service)
	}
	if budget.Spec.MaxUnavailable >= d.Spec.Replicas {
		t.Errorf("%d of %d replicas may be away", budget.Spec.MaxUnavailable, d.Spec.Replicas)
	}
}

// selects says whether a selector selects what has the labels, and not just everything.
func selects(selector, labels map[string]string) bool {
	for name, value := range selector {
		if labels[name] != value {
			return false
		}
	}
	return len(selector) > 0
}

// newer are fields that came after the schema of the library.
var newer = []string{
	"PodDisruptionBudget.spec.unhealthyPodEvictionPolicy", // Kubernetes 1.27
}

// TestKubernetesFieldsExist holds every field against Kubernetes' own schema.
func TestKubernetesFieldsExist(t *testing.T) {
	t.Parallel()
	for _, r := range overlay(t, "").Resources() {
		schema := openapi.SchemaForResourceType(yaml.TypeMeta{APIVersion: r.GetApiVersion(), Kind: r.GetKind()})
		if schema == nil {
			t.Errorf("Kubernetes knows no %s %s", r.GetApiVersion(), r.GetKind())
			continue
		}
		checkFields(t, r.GetKind(), r.YNode(), schema)
	}
}

func checkFields(t *testing.T, at string, node *yaml.Node, schema *openapi.ResourceSchema) {
	t.Helper()
	switch node.Kind {
	case yaml.MappingNode:
		for i := 0; i < len(node.Content); i += 2 {
			name := node.Content[i].Value
			field := schema.Field(name)
			switch {
			case field != nil:
				checkFields(t, at+"."+name, node.Content[i+1], field)
			case slices.Contains(newer, at+"."+name):
			case len(schema.Schema.Properties) > 0 || schema.Schema.AdditionalProperties == nil:
				t.Errorf("there is no %s.%s; there are %v", at, name, slices.Sorted(maps.Keys(schema.Schema.Properties)))
			}
		}
	case yaml.SequenceNode:
		if elements := schema.Elements(); elements != nil {
			for i, element := range node.Content {
				checkFields(t, fmt.Sprintf("%s[%d]", at, i), element, elements)
			}
		}
	default: // a value
	}
}
